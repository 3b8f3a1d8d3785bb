package ctrenc.overlay.sys;

/**
 * Device numbers in the kernel's 32-bit encoding (new_encode_dev of linux/kdev_t.h): 12 bits of
 * major, 20 of minor.
 */
public final class DeviceNumber {

  private DeviceNumber() {}

  public static int encode(int major, int minor) {
    return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
  }

  public static int major(int device) {
    return (device >>> 8) & 0xfff;
  }

  public static int minor(int device) {
    return (device & 0xff) | ((device >>> 12) & 0xfff00);
  }
}
