"""What keeps the desk running: its health and figures, room on the disk, sessions before the night, services."""
