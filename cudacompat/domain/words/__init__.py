"""Words that every subject uses: capability, target, code, versions, verdict, finding."""
