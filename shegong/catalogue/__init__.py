"""Floor 3. Population groups, fields, services and instruments: the words of the trade, as versioned data."""
