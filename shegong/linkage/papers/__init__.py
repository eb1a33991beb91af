"""What is printed or handed on: certificates of service, hours, receipts for gifts."""
