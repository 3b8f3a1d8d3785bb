/** A run through all verbs against a daemon of its own, from which the JVM makes its AOT cache. */
@NullMarked
package ctrenc.cli.train;

import org.jspecify.annotations.NullMarked;
