/** Measures, and writes what it measured into BENCHMARKS.md. */
@NullMarked
package ctrenc.e2e.bench;

import org.jspecify.annotations.NullMarked;
