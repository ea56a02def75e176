"""What each shop may show of the stock, why, and the commands that bring it there."""
