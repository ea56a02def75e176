"""Statements to finance: filed under readable names, delivered by rules with receipts, missing ones shown.

archive ─► filing (a copy a person can find) ─► rules (delivery.yaml) ─► ways (folder, SFTP, S3, mail) ─► receipts
"""
