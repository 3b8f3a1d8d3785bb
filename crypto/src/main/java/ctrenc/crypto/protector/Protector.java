package ctrenc.crypto.protector;

/** What a person or machine holds to obtain a KEK. */
public interface Protector {}
