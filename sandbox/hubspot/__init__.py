"""The HubSpot side: objects, search, batch, properties, owners, pipelines, associations, limits."""
