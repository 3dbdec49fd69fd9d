"""The token tree of a running case: how it stands, rests in a snapshot, joins and is taken down."""
