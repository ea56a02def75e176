"""Goods more closely: lots, serial numbers, bins, conditions, holds, limits."""
