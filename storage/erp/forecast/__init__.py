"""How much will be sold: each code's daily demand, cleaned in the open, and forecasts that had to beat last week."""
