"""The curators' desk: pages and addresses below /curate."""
