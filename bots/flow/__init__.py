"""The flow language, pure: text with positions, model, parse, expressions, plan, schema and reference."""
