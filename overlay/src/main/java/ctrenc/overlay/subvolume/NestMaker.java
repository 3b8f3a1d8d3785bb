package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.Source;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;

/** Makes the subvolumes that hang in others. Thread-safe. */
final class NestMaker {

  private final StackTools tools;

  NestMaker(StackTools tools) {
    this.tools = tools;
  }

  void make(NestRecord nest, Source source) throws IOException {
    synchronized (tools.open().guard(nest.parent())) {
      SubvolumeRecord parent = tools.catalog().requireLiving(nest.parent());
      switch (source) {
        case Source.Empty empty -> tools.maker().nest(parent, nest, new Base.Empty());
        case Source.Image(Name name) ->
            tools.maker().nest(parent, nest, new Base.Image(imageOf(name.toString())));
        case Source.Fork fork -> {
          tools.freezer().freeze(parent, (edit, frozen) -> {});
          SubvolumeRecord now = tools.catalog().requireLiving(nest.parent());
          tools.maker().nestFork(now, nest, now.stack().subList(1, now.stack().size()));
        }
      }
    }
  }

  /** By its name alone: who is inside a container is told of no image. */
  private UUID imageOf(String name) throws NoSuchFileException {
    return tools.catalog().images().stream()
        .map(ImageRecord::info)
        .filter(image -> image.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchFileException("image " + name))
        .id();
  }
}
