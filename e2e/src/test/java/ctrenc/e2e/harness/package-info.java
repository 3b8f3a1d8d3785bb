/**
 * What end-to-end tests stand on: commands with deadlines, a daemon of one's own, disks that lose
 * power, real trees.
 */
@NullMarked
package ctrenc.e2e.harness;

import org.jspecify.annotations.NullMarked;
