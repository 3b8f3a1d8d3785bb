package ctrenc.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Facts are named, and none breaks out of its line. */
class FactLogTest {

  @Test
  void namesFactsAndQuotesWhatNeedsIt() {
    assertThat(FactLog.line("root mounted", "container", "ab12", "code", 7))
        .isEqualTo("root mounted container=ab12 code=7");
    assertThat(FactLog.line("read", "file", "a b", "next", ""))
        .isEqualTo("read file=\"a b\" next=\"\"");
    assertThat(FactLog.line("read", "file", "x\nINFO forged \"line\""))
        .isEqualTo("read file=\"x\\u000aINFO forged \\\"line\\\"\"");
  }
}
