//! Opens files, folders and packages with limits and says what each member is.
