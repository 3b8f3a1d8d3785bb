/**
 * What a person or machine holds to obtain a KEK: passphrase, key file, machine key, public-key recipient, external key provider;
 * in any-of groups of all-of.
 */
@NullMarked
package ctrenc.crypto.protector;

import org.jspecify.annotations.NullMarked;
