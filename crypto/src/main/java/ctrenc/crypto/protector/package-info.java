/** What a person or machine holds to obtain a KEK, and any-of groups of all-of members. */
@NullMarked
package ctrenc.crypto.protector;

import org.jspecify.annotations.NullMarked;
