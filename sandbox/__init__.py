"""Emulated Salesforce and HubSpot REST APIs on loopback, for the demo and for tests."""
