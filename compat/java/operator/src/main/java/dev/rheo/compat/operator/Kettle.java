package dev.rheo.compat.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.crd.generator.annotation.SelectableField;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;

/** A custom resource as users of the SDK write it; its definition is generated. */
@Group("operator.example.com")
@Version("v1")
@Kind("Kettle")
@ShortNames("kt")
public final class Kettle extends CustomResource<Kettle.Spec, Kettle.Status> implements Namespaced {

  /** What is asked for. A newer definition may have fields that this program does not know. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(value = "self.cups <= self.most", message = "too many cups")
  public static final class Spec {
    @Required
    @SelectableField
    @ValidationRule(value = "self == oldSelf", message = "a tea stays")
    public String tea;

    @Min(1)
    @Default("2")
    @PrinterColumn(name = "Cups")
    public Integer cups;

    @Max(100)
    @Default("10")
    public Integer most;

    public IntOrString port;
    public List<String> leaves;
    public Strength strength;
  }

  /** An enumeration in the schema. */
  public enum Strength {
    MILD,
    STRONG
  }

  /** What the operator has seen. */
  public static final class Status {
    public Integer cups;
    public Long observedGeneration;
    public String message;
  }
}
