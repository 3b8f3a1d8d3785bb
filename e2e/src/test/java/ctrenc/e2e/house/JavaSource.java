package ctrenc.e2e.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * One Java file as the compiler's own parser sees it, so that no rule has to guess at the language.
 *
 * @param path relative to the repository's root
 */
record JavaSource(Path path, String text, CompilationUnitTree tree, SourcePositions positions) {

  /** Parses every Java file of the repository. */
  static List<JavaSource> parseAll() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path root = Repository.root();
    List<Path> files = Repository.javaFiles().stream().map(root::resolve).toList();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      List<JavaSource> sources = new ArrayList<>();
      for (CompilationUnitTree tree : task.parse()) {
        Path path = root.relativize(Path.of(tree.getSourceFile().toUri()));
        String text = tree.getSourceFile().getCharContent(true).toString();
        sources.add(new JavaSource(path, text, tree, positions));
      }
      return sources;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String module() {
    return path.getName(0).toString();
  }

  boolean isMain() {
    return path.startsWith(module() + "/src/main");
  }

  int lines() {
    return (int) text.lines().count();
  }

  int startLine(Tree node) {
    return (int) tree.getLineMap().getLineNumber(positions.getStartPosition(tree, node));
  }

  int endLine(Tree node) {
    return (int) tree.getLineMap().getLineNumber(positions.getEndPosition(tree, node));
  }

  String textOf(Tree node) {
    int start = (int) positions.getStartPosition(tree, node);
    return text.substring(start, (int) positions.getEndPosition(tree, node));
  }

  /** Where a node stands, as tools print it: {@code path:line}. */
  String place(Tree node) {
    return path + ":" + startLine(node);
  }

  /** Every method and constructor that has a body and stands in the file, the nested ones too. */
  List<MethodTree> functions() {
    List<MethodTree> found = new ArrayList<>();
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
        // A compact constructor of a record that nobody wrote has no position of its own.
        if (method.getBody() != null && positions.getEndPosition(tree, method) > 0) {
          found.add(method);
        }
        return super.visitMethod(method, unused);
      }
    }.scan(tree, null);
    return found;
  }
}
