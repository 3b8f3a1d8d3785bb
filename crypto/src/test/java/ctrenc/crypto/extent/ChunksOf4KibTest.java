package ctrenc.crypto.extent;

class ChunksOf4KibTest extends SuiteContract {

  ChunksOf4KibTest() {
    super(Suite.CHUNKS_OF_4_KIB);
  }
}
