"""The form that makes or edits a listener, a section for each group of fields."""
