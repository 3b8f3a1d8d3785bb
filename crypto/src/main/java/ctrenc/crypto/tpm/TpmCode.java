package ctrenc.crypto.tpm;

/** The commands that are used, by their codes (TPM 2.0 Library, part 2, section 6.5.2). */
enum TpmCode {
  CREATE_PRIMARY(0x131),
  CREATE(0x153),
  LOAD(0x157),
  UNSEAL(0x15E),
  FLUSH_CONTEXT(0x165),
  START_AUTH_SESSION(0x176);

  private final int code;

  TpmCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
