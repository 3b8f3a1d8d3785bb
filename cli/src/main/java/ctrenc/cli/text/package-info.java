/** Output for people and for programs: tables, sizes, ages, progress, JSON. */
@NullMarked
package ctrenc.cli.text;

import org.jspecify.annotations.NullMarked;
