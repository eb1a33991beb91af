"""The directory of stations and services as Open Referral HSDS 3.0 has it."""
