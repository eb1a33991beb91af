"""Pure decisions about clients, records, assessments and cases: values in, answer out."""
