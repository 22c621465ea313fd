package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/scheduling"
)

// How long Karpenter's AWS provider leaves out an offering that could not be had.
const unavailableFor = 3 * time.Minute

type offer struct {
	InstanceType, CapacityType, Zone string
	price                            float64
}

func (o offer) String() string { return o.CapacityType + "/" + o.InstanceType + "/" + o.Zone }

type scarceCloud struct {
	*kwok.CloudProvider
	instanceTypes  []*cloudprovider.InstanceType
	outOfStockFile string
	mutex          sync.Mutex
	failed         map[string]time.Time
}

func newScarceCloud(inner *kwok.CloudProvider, instanceTypes []*cloudprovider.InstanceType, outOfStockFile string) *scarceCloud {
	return &scarceCloud{CloudProvider: inner, instanceTypes: instanceTypes, outOfStockFile: outOfStockFile, failed: map[string]time.Time{}}
}

// GetInstanceTypes gives every type; offerings that failed within the last three minutes are not available.
func (c *scarceCloud) GetInstanceTypes(context.Context, *v1.NodePool) ([]*cloudprovider.InstanceType, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := make([]*cloudprovider.InstanceType, 0, len(c.instanceTypes))
	for _, it := range c.instanceTypes {
		offerings := make(cloudprovider.Offerings, 0, len(it.Offerings))
		for _, o := range it.Offerings {
			offerings = append(offerings, &cloudprovider.Offering{
				Requirements: o.Requirements, Price: o.Price, Available: !c.left(offerOf(it, o)),
			})
		}
		now = append(now, &cloudprovider.InstanceType{
			Name: it.Name, Requirements: it.Requirements, Offerings: offerings, Capacity: it.Capacity, Overhead: it.Overhead,
		})
	}
	return now, nil
}

// Create asks for the cheapest offer in stock; spot alone while any spot is believed to be there, as the AWS provider does.
func (c *scarceCloud) Create(ctx context.Context, claim *v1.NodeClaim) (*v1.NodeClaim, error) {
	outOfStock, err := c.outOfStock()
	if err != nil {
		return nil, err
	}
	asked := c.asked(claim)
	stocked := slices.DeleteFunc(slices.Clone(asked), func(o offer) bool { return outOfStock[o.String()] })
	c.leaveOut(slices.DeleteFunc(slices.Clone(asked), func(o offer) bool { return !outOfStock[o.String()] }))
	if len(stocked) == 0 {
		names := make([]string, 0, len(asked))
		for _, o := range asked {
			names = append(names, o.String())
		}
		log.FromContext(ctx).Info("out of stock", "offers", names)
		return nil, cloudprovider.NewInsufficientCapacityError(fmt.Errorf("out of stock: %s", strings.Join(names, ", ")))
	}
	cheapest := slices.MinFunc(stocked, func(a, b offer) int { return cmp.Compare(a.price, b.price) })
	return c.CloudProvider.Create(ctx, only(claim, cheapest))
}

func (c *scarceCloud) asked(claim *v1.NodeClaim) []offer {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	requirements := scheduling.NewNodeSelectorRequirementsWithMinValues(claim.Spec.Requirements...)
	var offers []offer
	for _, it := range c.instanceTypes {
		if !requirements.Get(corev1.LabelInstanceTypeStable).Has(it.Name) {
			continue
		}
		for _, o := range it.Offerings.Compatible(requirements) {
			if found := offerOf(it, o); !c.left(found) {
				offers = append(offers, found)
			}
		}
	}
	isSpot := func(o offer) bool { return o.CapacityType == v1.CapacityTypeSpot }
	if slices.ContainsFunc(offers, isSpot) {
		offers = slices.DeleteFunc(offers, func(o offer) bool { return !isSpot(o) })
	}
	return offers
}

func (c *scarceCloud) leaveOut(offers []offer) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, o := range offers {
		c.failed[o.String()] = time.Now()
	}
}

func (c *scarceCloud) left(o offer) bool {
	failed, known := c.failed[o.String()]
	return known && time.Since(failed) < unavailableFor
}

// outOfStock reads the file anew, so that a test can change it: a list of "capacity type/instance type/zone".
func (c *scarceCloud) outOfStock() (map[string]bool, error) {
	names, found := []string{}, map[string]bool{}
	if c.outOfStockFile == "" {
		return found, nil
	}
	text, err := os.ReadFile(c.outOfStockFile)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &names); err != nil {
		return nil, fmt.Errorf("%s: %w", c.outOfStockFile, err)
	}
	for _, name := range names {
		found[name] = true
	}
	return found, nil
}

func offerOf(it *cloudprovider.InstanceType, o *cloudprovider.Offering) offer {
	return offer{it.Name, o.Requirements.Get(v1.CapacityTypeLabelKey).Any(), o.Requirements.Get(corev1.LabelTopologyZone).Any(), o.Price}
}

// only narrows a claim to one offer; the kwok provider then has nothing left to choose.
func only(claim *v1.NodeClaim, o offer) *v1.NodeClaim {
	narrowed := claim.DeepCopy()
	wanted := map[string]string{
		corev1.LabelInstanceTypeStable: o.InstanceType, v1.CapacityTypeLabelKey: o.CapacityType, corev1.LabelTopologyZone: o.Zone,
	}
	narrowed.Spec.Requirements = slices.DeleteFunc(narrowed.Spec.Requirements, func(r v1.NodeSelectorRequirementWithMinValues) bool {
		_, replaced := wanted[r.Key]
		return replaced
	})
	for key, value := range wanted {
		narrowed.Spec.Requirements = append(narrowed.Spec.Requirements, v1.NodeSelectorRequirementWithMinValues{
			Key: key, Operator: corev1.NodeSelectorOpIn, Values: []string{value},
		})
	}
	return narrowed
}
