package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.DevicePolicy;

/** What is done with a device node. */
final class DevicePolicies {

  private DevicePolicies() {}

  /**
   * Whether the node is made.
   *
   * @throws RefusedException if it may not be there at all
   */
  static boolean isMade(DevicePolicy policy, String name) throws RefusedException {
    return switch (policy) {
      case DEVICE_POLICY_CREATE -> true;
      case DEVICE_POLICY_SKIP -> false;
      case DEVICE_POLICY_UNSPECIFIED, DEVICE_POLICY_REFUSE, UNRECOGNIZED ->
          throw RefusedException.invalid(
              "The member "
                  + name
                  + " is a device node: import with --devices skip to leave such nodes out, or with --devices create to make them.");
    };
  }
}
