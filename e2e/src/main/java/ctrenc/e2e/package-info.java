/** Tests that need the real kernel; architecture and style tests; benchmarks. */
@NullMarked
package ctrenc.e2e;

import org.jspecify.annotations.NullMarked;
