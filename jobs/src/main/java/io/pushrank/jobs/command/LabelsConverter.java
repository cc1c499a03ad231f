package io.pushrank.jobs.command;

import io.pushrank.jobs.config.ExampleLabels;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Kinds of labels by the names that settings give them. */
final class LabelsConverter implements ITypeConverter<ExampleLabels> {
    @Override
    public ExampleLabels convert(String value) {
        return Arrays.stream(ExampleLabels.values())
                .filter(labels -> labels.toString().equals(value))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "must be one of " + Arrays.toString(ExampleLabels.values()) + ", but is " + value));
    }
}
