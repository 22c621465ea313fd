// Karpenter itself, in front of a cloud that can run out.
//
// Karpenter's kwok provider always has every machine: it sets Available on each offering it reads. Here a launch of what
// the file OUT_OF_STOCK_FILE names fails as EC2's CreateFleet does, and what failed is left out for three minutes, as
// Karpenter's AWS provider leaves it out. Nodes are made by the kwok provider; scheduling is upstream's, untouched.
package main

import (
	"os"

	"github.com/samber/lo"
	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator"
)

func main() {
	ctx, op := operator.NewOperator()
	instanceTypes := lo.Must(kwok.ConstructInstanceTypes(ctx))
	cloud := newScarceCloud(kwok.NewCloudProvider(ctx, op.GetClient(), instanceTypes), instanceTypes, os.Getenv("OUT_OF_STOCK_FILE"))
	cloudProvider := overlay.Decorate(cloud, op.GetClient(), op.InstanceTypeStore)
	clusterState := state.NewCluster(op.Clock, op.GetClient(), cloudProvider)
	op.WithControllers(ctx, controllers.NewControllers(
		ctx, op.Manager, op.Clock, op.GetClient(), op.EventRecorder, cloudProvider, cloud, clusterState, op.InstanceTypeStore,
	)...).Start(ctx)
}
