package ctrenc.cli.doctor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxy snapshotters of a configuration as {@code containerd config dump} prints it, which puts
 * what stands in several files into one form.
 */
final class ContainerdConfig {

  private static final Pattern SECTION = Pattern.compile("\\s*\\[(.+)]\\s*");
  private static final Pattern PROXY = Pattern.compile("proxy_plugins\\.\"?([^\"]+?)\"?");
  private static final Pattern VALUE = Pattern.compile("\\s*(\\w+)\\s*=\\s*\"(.*)\"\\s*");

  private ContainerdConfig() {}

  /** Their addresses, by name. */
  static Map<String, String> snapshotters(String dump) {
    Map<String, String> types = new LinkedHashMap<>();
    Map<String, String> addresses = new LinkedHashMap<>();
    String proxy = "";
    for (String line : dump.lines().toList()) {
      Matcher section = SECTION.matcher(line);
      Matcher value = VALUE.matcher(line);
      if (section.matches()) {
        Matcher named = PROXY.matcher(section.group(1));
        proxy = named.matches() ? named.group(1) : "";
      } else if (!proxy.isEmpty() && value.matches()) {
        switch (value.group(1)) {
          case "type" -> types.put(proxy, value.group(2));
          case "address" -> addresses.put(proxy, value.group(2));
          default -> {
            // Others are containerd's affair.
          }
        }
      }
    }
    addresses.keySet().removeIf(name -> !"snapshot".equals(types.get(name)));
    return addresses;
  }
}
