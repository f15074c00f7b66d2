"""The MkDocs extension: directives that write the contract into the pages of the site."""
