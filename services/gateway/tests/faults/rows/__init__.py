"""One module a row of the catalogue, or a few that belong together: each measures its criteria and judges them."""
