package ctrenc.overlay.subvolume;

import java.io.IOException;

/** What is carried out while something is kept from happening. */
@FunctionalInterface
interface Step {
  void run() throws IOException;
}
