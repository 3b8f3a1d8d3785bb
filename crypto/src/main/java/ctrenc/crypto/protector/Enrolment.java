package ctrenc.crypto.protector;

import ctrenc.crypto.secret.Secret;

/**
 * A protector's new slot, and the share that the slot and the protector give, here and ever after.
 */
public record Enrolment(ProtectorSlot slot, Secret share) {}
