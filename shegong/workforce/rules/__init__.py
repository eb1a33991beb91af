"""Pure decisions about the workforce: values in, answer out; no ORM, no request, no clock."""
