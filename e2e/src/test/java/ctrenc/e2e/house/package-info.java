/** The house rules as tests: style budgets, words, and the arrows between modules and packages. */
@NullMarked
package ctrenc.e2e.house;

import org.jspecify.annotations.NullMarked;
