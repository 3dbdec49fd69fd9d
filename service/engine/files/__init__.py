"""What every reader of an owner's file needs: XML and declarations with their lines, findings, near words."""
