"""How an order was judged before it ships: holds, reasons, rules, splits and merges."""
