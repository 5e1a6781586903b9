"""What archivekit costs beside other programs: inputs, measurements and the pages made of them. See README.md."""
