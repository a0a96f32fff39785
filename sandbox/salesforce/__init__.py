"""The Salesforce side: OAuth, query, describe, records, Bulk API 2.0, limits."""
