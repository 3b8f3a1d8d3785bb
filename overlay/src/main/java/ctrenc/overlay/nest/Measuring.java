package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.ErrnoException;

/** Measures what a member and all that is nested in it use. */
interface Measuring {
  Usage measure(Member top) throws ErrnoException;
}
