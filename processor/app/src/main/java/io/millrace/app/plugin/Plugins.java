package io.millrace.app.plugin;

import io.millrace.api.Configuration;
import io.millrace.api.ConfigurationException;
import io.millrace.api.Declaration;
import io.millrace.api.Processor;
import io.millrace.config.DidYouMean;
import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.process.ProcessOperator;
import io.millrace.engine.operator.process.ProcessSpec;
import io.millrace.plan.ProcessCatalog;
import io.millrace.plan.ProcessDefinition;
import io.millrace.serde.RowType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The custom code that a job can name, from its plugin path. */
public final class Plugins implements ProcessCatalog {
    private final PluginPath path;

    private Plugins(Path directory) {
        this.path = new PluginPath(directory);
    }

    /** @param directory is looked into when the first class is asked for */
    public static ProcessCatalog in(Path directory) {
        return new Plugins(directory);
    }

    @Override
    public ProcessDefinition open(JobSpec.Process step, RowType input) {
        String className = step.className().value();
        Supplier<Processor> code = path.find(className);
        Configuration config = config(step.config());
        Declaration declaration = declaration(className, code.get(), input, config);
        if (declaration.needsKey() && step.by().isEmpty()) {
            throw new IllegalArgumentException(
                    className + " needs a key; give the step by: with the columns that its state and timers go by");
        }
        List<Integer> by =
                step.by().stream().map(column -> input.indexOf(column.value())).toList();
        Set<String> connected = step.outputs().keySet().stream()
                .map(Text::value)
                .filter(declaration.sides()::containsKey)
                .collect(Collectors.toSet());
        ProcessSpec spec = new ProcessSpec(step.name().value(), className, input, by, config, declaration, connected);
        return new ProcessDefinition(
                declaration.output(),
                declaration.sides(),
                declaration.takesUpdates(),
                declaration.configKeys(),
                ProcessOperator.of(spec, code));
    }

    private static Configuration config(Map<Text, Text> written) {
        Map<String, String> values = new LinkedHashMap<>();
        written.forEach((key, value) -> values.put(key.value(), value.value()));
        return new Configuration(values);
    }

    private static Declaration declaration(String className, Processor processor, RowType input, Configuration config) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(processor.getClass().getClassLoader());
        try {
            return processor.declare(input, config);
        } catch (ConfigurationException e) {
            String meant = config.has(e.key()) ? null : DidYouMean.closest(e.key(), config.keys());
            throw new IllegalArgumentException(
                    className + ": " + e.getMessage()
                            + (meant == null ? "" : "; is it what '" + meant + "' should be?"),
                    e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(className + ": " + e.getMessage(), e);
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalArgumentException(className + ": declare has thrown " + e, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
