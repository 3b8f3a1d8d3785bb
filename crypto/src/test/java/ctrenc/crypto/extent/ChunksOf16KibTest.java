package ctrenc.crypto.extent;

class ChunksOf16KibTest extends SuiteContract {

  ChunksOf16KibTest() {
    super(Suite.CHUNKS_OF_16_KIB);
  }
}
