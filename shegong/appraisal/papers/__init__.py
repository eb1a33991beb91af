"""Papers of appraisal."""
