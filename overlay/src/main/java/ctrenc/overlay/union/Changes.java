package ctrenc.overlay.union;

/** Begins changes of the upper. Thread-safe. */
record Changes(LayerStack stack, EntryResolver resolver) {

  Change begin() {
    return new Change(stack, resolver);
  }
}
