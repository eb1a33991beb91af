"""Pure decisions: values in, answer out."""
